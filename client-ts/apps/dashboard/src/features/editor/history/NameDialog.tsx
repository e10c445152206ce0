import { useState } from 'react';
import type { VersionView } from '@igny8/protocol';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { FormModal } from '~/shared/overlay/FormModal';
import { TextField } from '~/shared/ui/Field';
import { useRereadHistory } from './useHistory';

// The server's bound.
const NAME_CHARS_MAX = 200;

/** A name for the draft as it is now, or for a version that is kept already. */
export function NameDialog({ document, version, onClose }: { document: string; version: VersionView | null; onClose: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const reread = useRereadHistory(document);
  const [name, setName] = useState(version?.name ?? '');
  const save = async () => {
    if (version) await api.history.rename(site, document, version.id, name);
    else await api.history.keep(site, document, name);
    await reread();
  };
  return (
    <FormModal title={version ? 'Name this version' : 'Keep the draft as it is now'} submit={version ? 'Save' : 'Keep'} onSubmit={save} onClose={onClose} canSubmit={name.trim() !== ''} width="sm">
      <TextField label="Name" value={name} maxLength={NAME_CHARS_MAX} placeholder="Before the rewrite" onChange={(event) => setName(event.target.value)} />
    </FormModal>
  );
}
