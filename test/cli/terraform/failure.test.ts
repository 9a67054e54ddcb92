import { failureOf } from '../../../lib/cli/terraform/failure';
import type { Diagnostic } from '../../../lib/cli/terraform/messages';

const context = {
  command: 'apply',
  product: 'terraform',
  stack: 'shop',
  text: '',
  left: 'it goes back',
} as const;
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
  expect(failureOf([own], context).message).toBe("the deploy of 'shop-web' failed");
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

// As Terraform 1.11.4 writes it.
const locked = (operation: string) => `Error message: resource temporarily unavailable
Lock Info:
  ID:        6a7e5fbb-2b76-5f1c-8c3c-1c9b9f7f0d7e
  Path:      /app/terraform.shop.tfstate
  Operation: ${operation}
  Who:       me@host
  Version:   1.11.4
  Created:   2026-11-23 09:11:20.655701 +0000 UTC
  Info:      


Terraform acquires a state lock to protect the state from being written by multiple users at the same time.`;

test.each([
  ['OperationTypeApply', 'me@host is deploying or destroying it since 2026-11-23 09:11:20 UTC'],
  ['OperationTypePlan', 'me@host is making a plan of it since 2026-11-23 09:11:20 UTC'],
  ['migration destination state', 'me@host works on it since 2026-11-23 09:11:20 UTC'],
])('a state that another command holds for %s is not shown as a fault', (operation, message) => {
  expect(failureOf([error('Error acquiring the state lock', locked(operation))], context)).toMatchObject({
    code: 'terraform.locked',
    message: `the stack 'shop' is locked: ${message}`,
    remedy: expect.stringContaining('terraform force-unlock 6a7e5fbb-2b76-5f1c-8c3c-1c9b9f7f0d7e'),
  });
});

test('a provider that was killed is named as what it is, with what becomes of its work', () => {
  // As Terraform 1.11.4 writes it.
  const detail = 'The plugin6.(*GRPCProvider).ApplyResourceChange request was cancelled.';
  const ended = error('Request cancelled', detail, 'kiln_local_service.web');
  expect(failureOf([ended], context)).toMatchObject({
    code: 'terraform.ended',
    message: expect.stringMatching(
      /^the provider's process ended in the middle of its work on kiln_local_service\.web; it goes back$/,
    ),
    remedy: '`kiln status` shows what runs; `kiln deploy shop` finishes the job.',
    detail: `Request cancelled: ${detail}`,
  });
});

test('a Terraform that was killed is named as what it is', () => {
  expect(failureOf([], { ...context, signal: 'SIGKILL' })).toMatchObject({
    code: 'terraform.ended',
    message: expect.stringMatching(
      /^terraform was ended by SIGKILL in the middle of its work; it goes back$/,
    ),
    remedy: '`kiln status` shows what runs; `kiln deploy shop` finishes the job.',
  });
});

test('what was being removed is removed by the command that began it', () => {
  const removing = { ...context, signal: 'SIGKILL', left: 'it goes on', again: 'kiln destroy shop' } as const;
  expect(failureOf([], removing)).toMatchObject({
    message: 'terraform was ended by SIGKILL in the middle of its work; it goes on',
    remedy: expect.stringContaining('`kiln destroy shop` finishes'),
  });
});
