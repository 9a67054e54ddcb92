import { names } from '../names';
import type { QueryParameters } from '../parameters';
import type { Ec2Action } from '../settings';

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
    taken: names(`
      ClientToken DryRun LaunchTemplateData.BlockDeviceMapping.N.DeviceName
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.DeleteOnTermination
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.EbsCardIndex
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.Encrypted
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.Iops
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.KmsKeyId
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.SnapshotId
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.Throughput
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.VolumeInitializationRate
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.VolumeSize
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.VolumeType
      LaunchTemplateData.BlockDeviceMapping.N.NoDevice LaunchTemplateData.BlockDeviceMapping.N.VirtualName
      LaunchTemplateData.CpuOptions.AmdSevSnp LaunchTemplateData.CpuOptions.CoreCount
      LaunchTemplateData.CpuOptions.NestedVirtualization LaunchTemplateData.CpuOptions.ThreadsPerCore
      LaunchTemplateData.CreditSpecification.CpuCredits LaunchTemplateData.DisableApiStop
      LaunchTemplateData.DisableApiTermination LaunchTemplateData.EbsOptimized
      LaunchTemplateData.EnclaveOptions.Enabled LaunchTemplateData.HibernationOptions.Configured
      LaunchTemplateData.IamInstanceProfile.Arn LaunchTemplateData.IamInstanceProfile.Name
      LaunchTemplateData.ImageId LaunchTemplateData.InstanceInitiatedShutdownBehavior
      LaunchTemplateData.InstanceMarketOptions.MarketType
      LaunchTemplateData.InstanceMarketOptions.SpotOptions.BlockDurationMinutes
      LaunchTemplateData.InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior
      LaunchTemplateData.InstanceMarketOptions.SpotOptions.MaxPrice
      LaunchTemplateData.InstanceMarketOptions.SpotOptions.SpotInstanceType
      LaunchTemplateData.InstanceMarketOptions.SpotOptions.ValidUntil LaunchTemplateData.InstanceType
      LaunchTemplateData.KeyName LaunchTemplateData.MaintenanceOptions.AutoRecovery
      LaunchTemplateData.MetadataOptions.HttpEndpoint LaunchTemplateData.MetadataOptions.HttpProtocolIpv6
      LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit
      LaunchTemplateData.MetadataOptions.HttpTokens
      LaunchTemplateData.MetadataOptions.InstanceMetadataTags LaunchTemplateData.Monitoring.Enabled
      LaunchTemplateData.NetworkInterface.N.AssociateCarrierIpAddress
      LaunchTemplateData.NetworkInterface.N.AssociatePublicIpAddress
      LaunchTemplateData.NetworkInterface.N.DeleteOnTermination
      LaunchTemplateData.NetworkInterface.N.Description LaunchTemplateData.NetworkInterface.N.DeviceIndex
      LaunchTemplateData.NetworkInterface.N.InterfaceType
      LaunchTemplateData.NetworkInterface.N.Ipv6AddressCount
      LaunchTemplateData.NetworkInterface.N.NetworkCardIndex
      LaunchTemplateData.NetworkInterface.N.NetworkInterfaceId
      LaunchTemplateData.NetworkInterface.N.PrimaryIpv6
      LaunchTemplateData.NetworkInterface.N.PrivateIpAddress
      LaunchTemplateData.NetworkInterface.N.SecondaryPrivateIpAddressCount
      LaunchTemplateData.NetworkInterface.N.SecurityGroupId.N
      LaunchTemplateData.NetworkInterface.N.SubnetId
      LaunchTemplateData.NetworkPerformanceOptions.BandwidthWeighting
      LaunchTemplateData.Placement.Affinity LaunchTemplateData.Placement.AvailabilityZone
      LaunchTemplateData.Placement.AvailabilityZoneId LaunchTemplateData.Placement.GroupId
      LaunchTemplateData.Placement.GroupName LaunchTemplateData.Placement.HostId
      LaunchTemplateData.Placement.HostResourceGroupArn LaunchTemplateData.Placement.PartitionNumber
      LaunchTemplateData.Placement.SpreadDomain LaunchTemplateData.Placement.Tenancy
      LaunchTemplateData.PrivateDnsNameOptions.EnableResourceNameDnsAAAARecord
      LaunchTemplateData.PrivateDnsNameOptions.EnableResourceNameDnsARecord
      LaunchTemplateData.PrivateDnsNameOptions.HostnameType LaunchTemplateData.SecurityGroup.N
      LaunchTemplateData.SecurityGroupId.N LaunchTemplateData.TagSpecification.N.ResourceType
      LaunchTemplateData.TagSpecification.N.Tag.N.Key LaunchTemplateData.TagSpecification.N.Tag.N.Value
      LaunchTemplateData.UserData LaunchTemplateName TagSpecification.N.ResourceType
      TagSpecification.N.Tag.N.Key TagSpecification.N.Tag.N.Value VersionDescription
    `),
    untaken: names(`
      LaunchTemplateData.CapacityReservationSpecification LaunchTemplateData.ElasticGpuSpecification
      LaunchTemplateData.ElasticInferenceAccelerator LaunchTemplateData.InstanceRequirements
      LaunchTemplateData.KernelId LaunchTemplateData.LicenseSpecification
      LaunchTemplateData.NetworkInterface.N.ConnectionTrackingSpecification
      LaunchTemplateData.NetworkInterface.N.EnaQueueCount
      LaunchTemplateData.NetworkInterface.N.EnaSrdSpecification
      LaunchTemplateData.NetworkInterface.N.Ipv4Prefix
      LaunchTemplateData.NetworkInterface.N.Ipv4PrefixCount
      LaunchTemplateData.NetworkInterface.N.Ipv6Addresses LaunchTemplateData.NetworkInterface.N.Ipv6Prefix
      LaunchTemplateData.NetworkInterface.N.Ipv6PrefixCount
      LaunchTemplateData.NetworkInterface.N.PrivateIpAddresses LaunchTemplateData.Operator
      LaunchTemplateData.RamDiskId LaunchTemplateData.SecondaryInterface Operator
    `),
  },
  CreateLaunchTemplateVersion: {
    taken: names(`
      ClientToken DryRun LaunchTemplateData.BlockDeviceMapping.N.DeviceName
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.DeleteOnTermination
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.EbsCardIndex
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.Encrypted
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.Iops
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.KmsKeyId
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.SnapshotId
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.Throughput
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.VolumeInitializationRate
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.VolumeSize
      LaunchTemplateData.BlockDeviceMapping.N.Ebs.VolumeType
      LaunchTemplateData.BlockDeviceMapping.N.NoDevice LaunchTemplateData.BlockDeviceMapping.N.VirtualName
      LaunchTemplateData.CpuOptions.AmdSevSnp LaunchTemplateData.CpuOptions.CoreCount
      LaunchTemplateData.CpuOptions.NestedVirtualization LaunchTemplateData.CpuOptions.ThreadsPerCore
      LaunchTemplateData.CreditSpecification.CpuCredits LaunchTemplateData.DisableApiStop
      LaunchTemplateData.DisableApiTermination LaunchTemplateData.EbsOptimized
      LaunchTemplateData.EnclaveOptions.Enabled LaunchTemplateData.HibernationOptions.Configured
      LaunchTemplateData.IamInstanceProfile.Arn LaunchTemplateData.IamInstanceProfile.Name
      LaunchTemplateData.ImageId LaunchTemplateData.InstanceInitiatedShutdownBehavior
      LaunchTemplateData.InstanceMarketOptions.MarketType
      LaunchTemplateData.InstanceMarketOptions.SpotOptions.BlockDurationMinutes
      LaunchTemplateData.InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior
      LaunchTemplateData.InstanceMarketOptions.SpotOptions.MaxPrice
      LaunchTemplateData.InstanceMarketOptions.SpotOptions.SpotInstanceType
      LaunchTemplateData.InstanceMarketOptions.SpotOptions.ValidUntil LaunchTemplateData.InstanceType
      LaunchTemplateData.KeyName LaunchTemplateData.MaintenanceOptions.AutoRecovery
      LaunchTemplateData.MetadataOptions.HttpEndpoint LaunchTemplateData.MetadataOptions.HttpProtocolIpv6
      LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit
      LaunchTemplateData.MetadataOptions.HttpTokens
      LaunchTemplateData.MetadataOptions.InstanceMetadataTags LaunchTemplateData.Monitoring.Enabled
      LaunchTemplateData.NetworkInterface.N.AssociateCarrierIpAddress
      LaunchTemplateData.NetworkInterface.N.AssociatePublicIpAddress
      LaunchTemplateData.NetworkInterface.N.DeleteOnTermination
      LaunchTemplateData.NetworkInterface.N.Description LaunchTemplateData.NetworkInterface.N.DeviceIndex
      LaunchTemplateData.NetworkInterface.N.InterfaceType
      LaunchTemplateData.NetworkInterface.N.Ipv6AddressCount
      LaunchTemplateData.NetworkInterface.N.NetworkCardIndex
      LaunchTemplateData.NetworkInterface.N.NetworkInterfaceId
      LaunchTemplateData.NetworkInterface.N.PrimaryIpv6
      LaunchTemplateData.NetworkInterface.N.PrivateIpAddress
      LaunchTemplateData.NetworkInterface.N.SecondaryPrivateIpAddressCount
      LaunchTemplateData.NetworkInterface.N.SecurityGroupId.N
      LaunchTemplateData.NetworkInterface.N.SubnetId
      LaunchTemplateData.NetworkPerformanceOptions.BandwidthWeighting
      LaunchTemplateData.Placement.Affinity LaunchTemplateData.Placement.AvailabilityZone
      LaunchTemplateData.Placement.AvailabilityZoneId LaunchTemplateData.Placement.GroupId
      LaunchTemplateData.Placement.GroupName LaunchTemplateData.Placement.HostId
      LaunchTemplateData.Placement.HostResourceGroupArn LaunchTemplateData.Placement.PartitionNumber
      LaunchTemplateData.Placement.SpreadDomain LaunchTemplateData.Placement.Tenancy
      LaunchTemplateData.PrivateDnsNameOptions.EnableResourceNameDnsAAAARecord
      LaunchTemplateData.PrivateDnsNameOptions.EnableResourceNameDnsARecord
      LaunchTemplateData.PrivateDnsNameOptions.HostnameType LaunchTemplateData.SecurityGroup.N
      LaunchTemplateData.SecurityGroupId.N LaunchTemplateData.TagSpecification.N.ResourceType
      LaunchTemplateData.TagSpecification.N.Tag.N.Key LaunchTemplateData.TagSpecification.N.Tag.N.Value
      LaunchTemplateData.UserData LaunchTemplateId LaunchTemplateName SourceVersion VersionDescription
    `),
    untaken: names(`
      LaunchTemplateData.CapacityReservationSpecification LaunchTemplateData.ElasticGpuSpecification
      LaunchTemplateData.ElasticInferenceAccelerator LaunchTemplateData.InstanceRequirements
      LaunchTemplateData.KernelId LaunchTemplateData.LicenseSpecification
      LaunchTemplateData.NetworkInterface.N.ConnectionTrackingSpecification
      LaunchTemplateData.NetworkInterface.N.EnaQueueCount
      LaunchTemplateData.NetworkInterface.N.EnaSrdSpecification
      LaunchTemplateData.NetworkInterface.N.Ipv4Prefix
      LaunchTemplateData.NetworkInterface.N.Ipv4PrefixCount
      LaunchTemplateData.NetworkInterface.N.Ipv6Addresses LaunchTemplateData.NetworkInterface.N.Ipv6Prefix
      LaunchTemplateData.NetworkInterface.N.Ipv6PrefixCount
      LaunchTemplateData.NetworkInterface.N.PrivateIpAddresses LaunchTemplateData.Operator
      LaunchTemplateData.RamDiskId LaunchTemplateData.SecondaryInterface ResolveAlias
    `),
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
