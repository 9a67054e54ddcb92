import type { State } from '../state';
import type { FakeGroup, FakeInstance, FakeRefresh, Lifecycle } from './model';

const GONE: readonly Lifecycle[] = ['Terminating', 'Terminated'];
/** Those that hold the group's engine. */
const ACTIVE: readonly FakeRefresh['status'][] = [
  'Pending',
  'InProgress',
  'Baking',
  'Cancelling',
  'RollbackInProgress',
];

/** The groups and instances of a region. */
export class Fleet {
  readonly groups = new Map<string, FakeGroup>();
  /** Also those that are terminated: EC2 shows them for about an hour. */
  readonly instances = new Map<string, FakeInstance>();
  /** Name -> state, as CloudWatch has it. */
  readonly alarms = new Map<string, 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'>();
  /** Of groups that are gone. */
  readonly deletedActivities: FakeGroup['activities'] = [];
  /** Those that moto made. */
  readonly subnets = new Map<string, { readonly zone: string; readonly cidr: string }>();
  private readonly addresses = new Map<string, number>();

  constructor(private readonly state: State) {}

  /** All that DescribeAutoScalingGroups would list: not the warm pool, not what is terminated. */
  members(group: FakeGroup): FakeInstance[] {
    return this.all(group).filter(
      ({ lifecycle }) => lifecycle !== 'Terminated' && !lifecycle.startsWith('Warmed:'),
    );
  }

  /** Those that count for the group's size. */
  live(group: FakeGroup): FakeInstance[] {
    return this.members(group).filter(({ lifecycle }) => !GONE.includes(lifecycle));
  }

  pool(group: FakeGroup): FakeInstance[] {
    return this.all(group).filter(({ lifecycle }) => lifecycle.startsWith('Warmed:'));
  }

  all(group: FakeGroup): FakeInstance[] {
    return [...this.instances.values()].filter((instance) => instance.group === group.name);
  }

  activeRefresh(group: FakeGroup): FakeRefresh | undefined {
    return group.refreshes.find(({ status }) => ACTIVE.includes(status));
  }

  zones(group: FakeGroup): string[] {
    const { region } = this.state;
    if (group.subnets.length === 0) return group.zones;
    return group.subnets.map((id, index) => this.subnets.get(id)?.zone ?? `${region}${'abc'[index % 3]}`);
  }

  /** Where the group has fewest, the first one among equals; with an address of its own. */
  nextPlace(group: FakeGroup): { subnetId: string; zone: string; privateIp: string } {
    const zones = this.zones(group);
    const counts = zones.map((zone) => this.live(group).filter((one) => one.zone === zone).length);
    const index = counts.indexOf(Math.min(...counts));
    const subnetId = group.subnets[index] ?? `subnet-default${index}`;
    const number = (this.addresses.get(subnetId) ?? 9) + 1;
    this.addresses.set(subnetId, number);
    const cidr = this.subnets.get(subnetId)?.cidr ?? `10.0.${index}.0/24`;
    const privateIp = `${cidr.split('.').slice(0, 3).join('.')}.${number % 250}`;
    return { subnetId, zone: zones[index] ?? `${this.state.region}a`, privateIp };
  }
}
