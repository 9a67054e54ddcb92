import { App, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { pathInStack } from '../../constructs/path-in-stack';

const stack = () => new TerraformStack(new App(), 'shop');

test('the path of a construct is the ids from below its stack', () => {
  const zone = new Construct(stack(), 'zone');
  expect(pathInStack(new Construct(zone, '1'))).toEqual(['zone', '1']);
});

test('refuses an id that Terraform takes for no name of a resource', () => {
  expect(() => pathInStack(new Construct(stack(), '1web'))).toThrow(
    "the id '1web' of 'shop/1web' begins with a digit, and Terraform takes no such name of a resource; let it begin with a letter",
  );
});
