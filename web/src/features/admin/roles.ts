import type { Right, Role } from '@/api';

/** From the weakest to the strongest. */
export const roles: Role[] = ['reader', 'analyst', 'editor', 'administrator'];

/** In the order in which roles grant them. */
export const rights: Right[] = ['read', 'see_customers', 'analyse', 'import_data', 'edit_touchpoints', 'see_identifiers', 'administer'];
