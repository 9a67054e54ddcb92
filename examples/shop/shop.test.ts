import { test } from 'node:test';
import { App } from 'cdktf';
import { LocalStack } from 'kiln-cdk/stacks';
import { assertThat } from 'kiln-cdk/testing';
import { addShop, type ShopOptions } from './shop';

function shop(options?: ShopOptions): LocalStack {
  const stack = new LocalStack(new App(), 'shop');
  addShop(stack, options);
  return stack;
}

test('web may call cart and catalog, cart only catalog, catalog nobody', () => {
  assertThat(shop()).toConnectOnly({ web: ['cart', 'catalog'], cart: ['catalog'] });
});

test('both instances of web serve at every moment of a rollout', () => {
  assertThat(shop()).toKeepInService(2, 'web');
  assertThat(shop({ update: { maxUnavailable: 1 } })).not.toKeepInService(2, 'web');
});

test('another argument of web replaces web and nothing else', () => {
  const change = { before: shop(), after: shop({ webArgs: ['--name=other'] }) };
  assertThat(change).toReplaceInstancesOf('web');
  assertThat(change).not.toReplaceInstancesOf('cart');
  assertThat(change).not.toReplaceInstancesOf('catalog');
});

test('another policy replaces nothing', () => {
  assertThat({ before: shop(), after: shop({ update: { maxUnavailable: 1 } }) }).not.toReplaceAnything();
});
