import { failureOf } from '../../../lib/cli/terraform/failure';
import type { Diagnostic } from '../../../lib/cli/terraform/messages';

const context = { command: 'apply', product: 'terraform', stack: 'shop', text: '' } as const;
const error = (summary: string, detail = '', address?: string): Diagnostic => ({
  severity: 'error',
  summary,
  detail,
  address,
});

test('one thing that went wrong is the message, its detail the material', () => {
  expect(failureOf([error('It broke.', 'because', 'a.b')], context)).toMatchObject({
    code: 'terraform.apply-failed',
    message: 'a.b: It broke',
    detail: 'because',
  });
});

test('an error of our own provider names the service itself', () => {
  const [own] = [error("The deploy of 'shop-web' failed", '', 'module.m.kiln_local_service.web')];
  expect(failureOf([own], context).message).toBe("The deploy of 'shop-web' failed");
});

test('several are all there', () => {
  expect(failureOf([error('one', 'first'), error('two')], context)).toMatchObject({
    message: '2 things went wrong',
    detail: 'one\nfirst\n\ntwo',
  });
});

test('a failure without a diagnostic shows what else was said', () => {
  expect(failureOf([], { ...context, text: 'panic: oh' })).toMatchObject({
    message: 'terraform apply failed without saying why',
    detail: 'panic: oh',
  });
});

test('a state that another command holds is not shown as a fault', () => {
  // As Terraform 1.11.4 writes it.
  const detail = `Error message: resource temporarily unavailable
Lock Info:
  ID:        6a7e5fbb-2b76-5f1c-8c3c-1c9b9f7f0d7e
  Path:      /app/terraform.shop.tfstate
  Operation: OperationTypeApply
  Who:       me@host
  Version:   1.11.4
  Created:   2026-11-23 09:11:20.655701 +0000 UTC
  Info:      


Terraform acquires a state lock to protect the state from being written by multiple users at the same time.`;
  expect(failureOf([error('Error acquiring the state lock', detail)], context)).toMatchObject({
    code: 'terraform.locked',
    message: "another deploy of the stack 'shop' is running by me@host since 2026-11-23 09:11:20 UTC",
    remedy: expect.stringContaining('terraform force-unlock 6a7e5fbb-2b76-5f1c-8c3c-1c9b9f7f0d7e'),
  });
});
