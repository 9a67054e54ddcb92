// Every test starts without the machine's own settings: they change what Terraform and QEMU do.
delete process.env.TF_CLI_CONFIG_FILE;
delete process.env.KILN_HOME;
delete process.env.NODE_EXTRA_CA_CERTS;
