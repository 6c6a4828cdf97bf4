/** The customers that a person looked at last, on this device; pseudonyms only. */
const most = 10;
const key = (workspace: string) => `lotse.customers.${workspace}`;

export function seenCustomers(workspace: string): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(key(workspace)) ?? '[]');
    return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string' && one.startsWith('cu_')).slice(0, most) : [];
  } catch {
    return [];
  }
}

export function rememberCustomer(workspace: string, customer: string) {
  try {
    localStorage.setItem(key(workspace), JSON.stringify([customer, ...seenCustomers(workspace).filter((one) => one !== customer)].slice(0, most)));
  } catch {
    // A browser that keeps nothing: the list stays empty.
  }
}

/** A pseudonym's last characters tell people apart. */
export const shortCustomer = (id: string) => (id.length > 14 ? `cu_…${id.slice(-8)}` : id);
