import { allow, type Grant, imply } from './grant';
import { narrowed, type Targets } from './targets';

/**
 * EC2's tags: given with what is made, which AWS checks as `ec2:CreateTags` of its own, and changed later.
 * @param action what makes one of the kind, such as `CreateVpc`
 */
export function tagsOf(to: Targets, kind: string, action: string): Grant[] {
  const onCreation = narrowed(to.any(kind), { StringEquals: { 'ec2:CreateAction': [action] } });
  return [
    imply('ec2:CreateTags', { ...onCreation, name: 'TagWhatIsMade' }),
    allow(['ec2:CreateTags', 'ec2:DeleteTags'], to.own(kind)),
  ];
}
