/** A pure rule: an address that staff may recognise but not write to, `a•••@example.org`. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  if (at < 0) return '•••';
  const [first = ''] = email.slice(0, at);
  return `${first}•••${email.slice(at)}`;
}
