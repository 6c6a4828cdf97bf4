import { useIsFetching } from '@tanstack/react-query';
import classes from './shell.module.css';

/** A thin line under the top bar while the server is being asked; it appears only where an answer takes its time. */
export function Asking() {
  return useIsFetching() > 0 ? <div className={classes.asking} data-asking aria-hidden /> : null;
}
