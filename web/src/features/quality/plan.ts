import type { TrackingPlanRequest } from '@/api';

/** A plan from its text. Only that it is JSON is looked at here: the server says what is wrong with a plan, and where. */
export function readPlan(text: string): { plan?: TrackingPlanRequest; problem?: string } {
  try {
    const value: unknown = JSON.parse(text);
    // A plan as the API answers it is taken, too.
    const inner = value !== null && typeof value === 'object' && 'plan' in value && !('events' in value) ? value.plan : value;
    return { plan: inner as TrackingPlanRequest };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
