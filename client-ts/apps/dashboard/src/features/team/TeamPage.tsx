import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useRest, useSession } from '@igny8/react';
import type { MemberView, Role } from '@igny8/protocol';
import { useReread } from '~/shared/data/useReread';
import { useApi, useCan, useTenantId, useTenantState } from '~/shared/data/workspace';
import { ROLE } from '~/shared/format/word';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import type { Column } from '~/shared/table/column';
import { DataTable } from '~/shared/table/DataTable';
import { Avatar, colourOf } from '~/shared/ui/Avatar';
import { Button } from '~/shared/ui/Button';
import { PageHeader } from '~/shared/ui/PageHeader';
import { EmptyState } from '~/shared/ui/StateMessage';
import { AddMemberDialog } from './AddMemberDialog';

export function TeamPage() {
  const tenant = useTenantId();
  const { members: changed } = useTenantState();
  const members = useRest(['members'], (rest) => rest.auth.members());
  useReread(['igny8', tenant, 'members'], changed);
  const mayChange = useCan('members');
  const actions = useMemberActions();
  const session = useSession();
  const own = session.status === 'signed_in' ? session.account.id : '';
  const [adding, setAdding] = useState(false);
  const rows = members.data?.filter((member) => member.role !== null);
  return (
    <div className="flex h-full flex-col">
      <PageHeader
        title="Team"
        count={rows?.length}
        actions={
          mayChange && (
            <Button kind="primary" icon={<UserPlus size={14} />} onClick={() => setAdding(true)}>
              Add a member
            </Button>
          )
        }
      />
      <DataTable label="Members" columns={columns(mayChange, own, actions)} rows={rows} rowKey={(member) => member.account} error={members.error} onRetry={() => void members.refetch()} empty={<EmptyState title="Nobody here yet" />} />
      {adding && <AddMemberDialog onClose={() => setAdding(false)} />}
    </div>
  );
}

interface MemberActions {
  change: (member: MemberView, role: Role) => void;
  remove: (member: MemberView) => void;
}

function useMemberActions(): MemberActions {
  const api = useApi();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const confirm = useConfirm();
  const attempt = (work: () => Promise<void>) => void work().catch((error: unknown) => toasts.problem(error));
  const reread = () => queries.invalidateQueries({ queryKey: ['igny8', tenant, 'members'] });
  return {
    change: (member, role) =>
      attempt(async () => {
        await api.auth.changeMember(member.account, role);
        toasts.success(`${member.name} is now ${ROLE[role].label.toLowerCase()}`);
        await reread();
      }),
    remove: (member) =>
      attempt(async () => {
        if (!(await confirm({ title: `Remove ${member.name}?`, body: 'Open pages of theirs lose access at once. What they wrote stays.', confirm: 'Remove', danger: true }))) return;
        await api.auth.removeMember(member.account);
        toasts.success(`${member.name} was removed`);
        await reread();
      }),
  };
}

function columns(mayChange: boolean, own: string, actions: MemberActions): Column<MemberView>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      width: 'minmax(200px, 1fr)',
      cell: (member) => (
        <span className="flex items-center gap-2.5 font-medium">
          <Avatar name={member.name || member.email} colour={colourOf(member.account)} />
          {member.name}
          {member.account === own && <span className="font-normal text-ink-3">you</span>}
        </span>
      ),
    },
    { id: 'email', header: 'E-mail', width: 'minmax(200px, 1fr)', cell: (member) => <span className="text-ink-2">{member.email}</span> },
    { id: 'role', header: 'Role', width: '140px', cell: (member) => <RoleCell member={member} fixed={!mayChange || member.account === own || member.role === 'owner'} onChange={(role) => actions.change(member, role)} /> },
    { id: 'can', header: 'May', width: 'minmax(180px, 1fr)', cell: (member) => <span className="text-ink-3">{member.role && ROLE[member.role].can}</span> },
    {
      id: 'actions',
      header: '',
      width: '72px',
      align: 'right',
      cell: (member) =>
        mayChange &&
        member.account !== own &&
        member.role !== 'owner' && (
          <Button size="sm" kind="ghost" onClick={() => actions.remove(member)}>
            Remove
          </Button>
        ),
    },
  ];
}

function RoleCell({ member, fixed, onChange }: { member: MemberView; fixed: boolean; onChange: (role: Role) => void }) {
  const role = member.role ?? 'viewer';
  if (fixed) return <span>{ROLE[role].label}</span>;
  return (
    <select aria-label={`Role of ${member.name}`} value={role} onChange={(event) => onChange(event.target.value as Role)} className="h-7 w-full rounded-md border border-line-strong bg-surface px-1.5 text-sm shadow-low">
      {(['admin', 'editor', 'viewer'] as const).map((value) => (
        <option key={value} value={value}>
          {ROLE[value].label}
        </option>
      ))}
    </select>
  );
}
