/**
 * Text that Terraform must take as it is: in its JSON, `${` and `%{` open a template unless doubled.
 * A boot argument is hashed at synth, so Terraform may not change it.
 */
export function literal(text: string): string {
  return text.replace(/\$\{/g, () => '$${').replace(/%\{/g, () => '%%{');
}
