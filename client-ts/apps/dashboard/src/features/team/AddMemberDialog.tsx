import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { Role } from '@igny8/protocol';
import { useApi, useTenantId } from '~/shared/data/workspace';
import { ROLE } from '~/shared/format/word';
import { FormModal } from '~/shared/overlay/FormModal';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { SelectField, TextField } from '~/shared/ui/Field';

export function AddMemberDialog({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('editor');
  const add = async () => {
    const member = await api.auth.addMember({ email: email.trim(), role });
    toasts.success(`${member.name || member.email} was added`);
    await queries.invalidateQueries({ queryKey: ['igny8', tenant, 'members'] });
  };
  return (
    <FormModal title="Add a member" description="They need an account first: ask them to sign up, then enter their address." submit="Add" onSubmit={add} onClose={onClose} canSubmit={/.@./.test(email)}>
      <TextField label="E-mail address" type="email" autoFocus value={email} onChange={(event) => setEmail(event.target.value)} />
      <SelectField label="Role" value={role} hint={ROLE[role].can} onChange={(event) => setRole(event.target.value as Role)}>
        {(['admin', 'editor', 'viewer'] as const).map((value) => (
          <option key={value} value={value}>
            {ROLE[value].label}
          </option>
        ))}
      </SelectField>
    </FormModal>
  );
}
