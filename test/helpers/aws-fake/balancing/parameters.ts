import { names } from '../names';
import type { QueryParameters } from '../parameters';
import type { ElbAction } from '../settings';

/** `N` stands for the index of a list's member. */
export const ELB_PARAMETERS: Readonly<Record<ElbAction, QueryParameters>> = {
  RegisterTargets: {
    taken: ['TargetGroupArn', 'Targets.member.N.Id', 'Targets.member.N.Port'],
    untaken: ['Targets.member.N.AvailabilityZone', 'Targets.member.N.QuicServerId'],
  },
  DeregisterTargets: {
    taken: ['TargetGroupArn', 'Targets.member.N.Id', 'Targets.member.N.Port'],
    untaken: ['Targets.member.N.AvailabilityZone', 'Targets.member.N.QuicServerId'],
  },
  DescribeTargetHealth: {
    taken: ['TargetGroupArn', 'Targets.member.N.Id', 'Targets.member.N.Port'],
    untaken: ['Include', 'Targets.member.N.AvailabilityZone', 'Targets.member.N.QuicServerId'],
  },
  DescribeTargetGroups: {
    taken: ['LoadBalancerArn', 'Names.member.N', 'TargetGroupArns.member.N'],
    untaken: ['Marker', 'PageSize'],
  },
  DescribeListeners: {
    taken: ['ListenerArns.member.N', 'LoadBalancerArn'],
    untaken: ['Marker', 'PageSize'],
  },
  ModifyListener: {
    taken: names(`
      DefaultActions.member.N.ForwardConfig.TargetGroupStickinessConfig.DurationSeconds
      DefaultActions.member.N.ForwardConfig.TargetGroupStickinessConfig.Enabled
      DefaultActions.member.N.ForwardConfig.TargetGroups.member.N.TargetGroupArn
      DefaultActions.member.N.ForwardConfig.TargetGroups.member.N.Weight DefaultActions.member.N.Order
      DefaultActions.member.N.TargetGroupArn DefaultActions.member.N.Type ListenerArn
    `),
    untaken: names(`
      AlpnPolicy Certificates DefaultActions.member.N.AuthenticateCognitoConfig
      DefaultActions.member.N.AuthenticateOidcConfig DefaultActions.member.N.FixedResponseConfig
      DefaultActions.member.N.JwtValidationConfig DefaultActions.member.N.RedirectConfig
      MutualAuthentication Port Protocol SslPolicy
    `),
  },
};
