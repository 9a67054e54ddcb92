import { below, names } from '../names';
import type { QueryParameters } from '../parameters';
import type { Ec2Action } from '../settings';

/** What a version of a launch template holds. */
const TEMPLATE_DATA: QueryParameters = {
  taken: below(
    'LaunchTemplateData',
    `
      BlockDeviceMapping.N.DeviceName BlockDeviceMapping.N.Ebs.DeleteOnTermination
      BlockDeviceMapping.N.Ebs.EbsCardIndex BlockDeviceMapping.N.Ebs.Encrypted
      BlockDeviceMapping.N.Ebs.Iops BlockDeviceMapping.N.Ebs.KmsKeyId BlockDeviceMapping.N.Ebs.SnapshotId
      BlockDeviceMapping.N.Ebs.Throughput BlockDeviceMapping.N.Ebs.VolumeInitializationRate
      BlockDeviceMapping.N.Ebs.VolumeSize BlockDeviceMapping.N.Ebs.VolumeType
      BlockDeviceMapping.N.NoDevice BlockDeviceMapping.N.VirtualName CpuOptions.AmdSevSnp
      CpuOptions.CoreCount CpuOptions.NestedVirtualization CpuOptions.ThreadsPerCore
      CreditSpecification.CpuCredits DisableApiStop DisableApiTermination EbsOptimized
      EnclaveOptions.Enabled HibernationOptions.Configured IamInstanceProfile.Arn IamInstanceProfile.Name
      ImageId InstanceInitiatedShutdownBehavior InstanceMarketOptions.MarketType
      InstanceMarketOptions.SpotOptions.BlockDurationMinutes
      InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior
      InstanceMarketOptions.SpotOptions.MaxPrice InstanceMarketOptions.SpotOptions.SpotInstanceType
      InstanceMarketOptions.SpotOptions.ValidUntil InstanceType KeyName MaintenanceOptions.AutoRecovery
      MetadataOptions.HttpEndpoint MetadataOptions.HttpProtocolIpv6
      MetadataOptions.HttpPutResponseHopLimit MetadataOptions.HttpTokens
      MetadataOptions.InstanceMetadataTags Monitoring.Enabled NetworkInterface.N.AssociateCarrierIpAddress
      NetworkInterface.N.AssociatePublicIpAddress NetworkInterface.N.DeleteOnTermination
      NetworkInterface.N.Description NetworkInterface.N.DeviceIndex NetworkInterface.N.InterfaceType
      NetworkInterface.N.Ipv6AddressCount NetworkInterface.N.NetworkCardIndex
      NetworkInterface.N.NetworkInterfaceId NetworkInterface.N.PrimaryIpv6
      NetworkInterface.N.PrivateIpAddress NetworkInterface.N.SecondaryPrivateIpAddressCount
      NetworkInterface.N.SecurityGroupId.N NetworkInterface.N.SubnetId
      NetworkPerformanceOptions.BandwidthWeighting Placement.Affinity Placement.AvailabilityZone
      Placement.AvailabilityZoneId Placement.GroupId Placement.GroupName Placement.HostId
      Placement.HostResourceGroupArn Placement.PartitionNumber Placement.SpreadDomain Placement.Tenancy
      PrivateDnsNameOptions.EnableResourceNameDnsAAAARecord
      PrivateDnsNameOptions.EnableResourceNameDnsARecord PrivateDnsNameOptions.HostnameType
      SecurityGroup.N SecurityGroupId.N TagSpecification.N.ResourceType TagSpecification.N.Tag.N.Key
      TagSpecification.N.Tag.N.Value UserData
    `,
  ),
  untaken: below(
    'LaunchTemplateData',
    `
      CapacityReservationSpecification ElasticGpuSpecification ElasticInferenceAccelerator
      InstanceRequirements KernelId LicenseSpecification
      NetworkInterface.N.ConnectionTrackingSpecification NetworkInterface.N.EnaQueueCount
      NetworkInterface.N.EnaSrdSpecification NetworkInterface.N.Ipv4Prefix
      NetworkInterface.N.Ipv4PrefixCount NetworkInterface.N.Ipv6Addresses NetworkInterface.N.Ipv6Prefix
      NetworkInterface.N.Ipv6PrefixCount NetworkInterface.N.PrivateIpAddresses Operator RamDiskId
      SecondaryInterface
    `,
  ),
};

/** Launch templates, instances, and what retention asks; `N` stands for the index of a list's member. */
export const FLEET_PARAMETERS = {
  CopyImage: {
    taken: names(`
      ClientToken CopyImageTags Description DryRun Encrypted KmsKeyId Name SourceImageId SourceRegion
      TagSpecification.N.ResourceType TagSpecification.N.Tag.N.Key TagSpecification.N.Tag.N.Value
    `),
    untaken: [
      'DestinationAvailabilityZone',
      'DestinationAvailabilityZoneId',
      'DestinationOutpostArn',
      'SnapshotCopyCompletionDurationMinutes',
    ],
  },
  DescribeImageReferences: {
    taken: names(`
      DryRun ImageId.N IncludeAllResourceTypes MaxResults NextToken ResourceType.N.ResourceType
      ResourceType.N.ResourceTypeOption.N.OptionName ResourceType.N.ResourceTypeOption.N.OptionValue.N
    `),
    untaken: [],
  },
  DescribeImageAttribute: {
    taken: ['Attribute', 'DryRun', 'ImageId'],
    untaken: [],
  },
  ModifyImageAttribute: {
    taken: names(`
      Attribute Description.Value DryRun ImageId LaunchPermission.Add.N.Group
      LaunchPermission.Add.N.UserId LaunchPermission.Remove.N.Group LaunchPermission.Remove.N.UserId
    `),
    untaken: names(`
      ImdsSupport LaunchPermission.Add.N.OrganizationArn LaunchPermission.Add.N.OrganizationalUnitArn
      LaunchPermission.Remove.N.OrganizationArn LaunchPermission.Remove.N.OrganizationalUnitArn
      OperationType OrganizationArn OrganizationalUnitArn ProductCode UserGroup UserId Value
    `),
  },
  ResetImageAttribute: {
    taken: ['Attribute', 'DryRun', 'ImageId'],
    untaken: [],
  },
  ModifySnapshotAttribute: {
    taken: names(`
      Attribute CreateVolumePermission.Add.N.Group CreateVolumePermission.Add.N.UserId
      CreateVolumePermission.Remove.N.Group CreateVolumePermission.Remove.N.UserId DryRun SnapshotId
    `),
    untaken: ['OperationType', 'UserGroup', 'UserId'],
  },
  DeleteTags: {
    taken: ['DryRun', 'ResourceId.N', 'Tag.N.Key', 'Tag.N.Value'],
    untaken: [],
  },
  CreateLaunchTemplate: {
    taken: [
      ...TEMPLATE_DATA.taken,
      ...names(`
        ClientToken DryRun LaunchTemplateName TagSpecification.N.ResourceType TagSpecification.N.Tag.N.Key
        TagSpecification.N.Tag.N.Value VersionDescription
      `),
    ],
    untaken: [...TEMPLATE_DATA.untaken, 'Operator'],
  },
  CreateLaunchTemplateVersion: {
    taken: [
      ...TEMPLATE_DATA.taken,
      ...names(`
        ClientToken DryRun LaunchTemplateId LaunchTemplateName SourceVersion VersionDescription
      `),
    ],
    untaken: [...TEMPLATE_DATA.untaken, 'ResolveAlias'],
  },
  DescribeLaunchTemplates: {
    taken: names(`
      DryRun Filter.N.Name Filter.N.Value.N LaunchTemplateId.N LaunchTemplateName.N MaxResults NextToken
    `),
    untaken: ['IncludeManagedResources'],
  },
  DescribeLaunchTemplateVersions: {
    taken: names(`
      DryRun Filter.N.Name Filter.N.Value.N LaunchTemplateId LaunchTemplateName LaunchTemplateVersion.N
      MaxResults MaxVersion MinVersion NextToken
    `),
    untaken: ['IncludeManagedResources', 'ResolveAlias'],
  },
  ModifyLaunchTemplate: {
    taken: names(`
      ClientToken DryRun LaunchTemplateId LaunchTemplateName SetDefaultVersion
    `),
    untaken: [],
  },
  DeleteLaunchTemplate: {
    taken: ['DryRun', 'LaunchTemplateId', 'LaunchTemplateName'],
    untaken: [],
  },
  DeleteLaunchTemplateVersions: {
    taken: ['DryRun', 'LaunchTemplateId', 'LaunchTemplateName', 'LaunchTemplateVersion.N'],
    untaken: [],
  },
  DescribeInstances: {
    taken: names(`
      DryRun Filter.N.Name Filter.N.Value.N InstanceId.N MaxResults NextToken
    `),
    untaken: ['IncludeManagedResources'],
  },
  TerminateInstances: {
    taken: ['DryRun', 'InstanceId.N'],
    untaken: ['Force', 'SkipOsShutdown'],
  },
  GetConsoleOutput: {
    taken: ['DryRun', 'InstanceId', 'Latest'],
    untaken: [],
  },
} as const satisfies Partial<Record<Ec2Action, QueryParameters>>;
