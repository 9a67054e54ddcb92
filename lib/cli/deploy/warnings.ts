import type { Output } from '../../io/host';
import type { Diagnostic } from '../terraform/messages';

/** Shows what Terraform or a provider warns of, each thing once. */
export function showWarnings(warnings: readonly Diagnostic[], output: Output): void {
  const texts = warnings.map(({ summary, detail, address }) => {
    const about = address ? `${address}: ` : '';
    return [`${about}${summary}`, detail].filter(Boolean).join('\n  ');
  });
  for (const text of new Set(texts)) output.line(`${output.style.yellow('warning:')} ${text}`);
}
