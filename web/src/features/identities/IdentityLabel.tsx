import { Text } from '@mantine/core';
import type { IdentityName } from '@/api';
import { useTexts } from '@/i18n';
import { texts } from './de';
import classes from './identities.module.css';

/** A pseudonym's beginning: enough to tell identities of a page apart. */
export const short = (pseudonym: string) => pseudonym.slice(0, 9);

/** What a person may call an identity: the identifier where they may see it, else the pseudonym's beginning. */
export const nameOf = (identity: IdentityName) => identity.identifier ?? short(identity.id);

export function IdentityLabel({ identity }: { identity: IdentityName }) {
  const { t } = useTexts(texts);
  return (
    <span className={classes.identity} title={identity.id}>
      <span>{nameOf(identity)}</span>
      <Text component="span" fz="xs" c="dimmed">
        {t(`kind.${identity.kind}`)}
      </Text>
    </span>
  );
}
