import { RefreshCw, Unplug } from 'lucide-react';
import type { LinkState, LinkView } from '@igny8/protocol';
import { useApi, useCan, useSiteId } from '~/shared/data/workspace';
import { formatExact } from '~/shared/format/time';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { StatusDot } from '~/shared/ui/Badge';
import { Button } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { Card } from '~/shared/ui/PageHeader';

/** The linked WordPress site: what it is, whether it answers, and how to part. */
export function SiteLinkCard({ link, state, onCheck, checking }: { link: LinkView; state: LinkState | undefined; onCheck: () => void; checking: boolean }) {
  const mayLink = useCan('settings');
  const problem = state?.problem ?? link.problem;
  return (
    <div className="flex flex-col gap-3">
      <Card className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3">
        <div className="min-w-0">
          <p className="font-semibold">{link.name || 'WordPress'}</p>
          <a href={link.url} target="_blank" rel="noopener noreferrer" className="rounded-sm text-accent-text hover:underline">
            {link.url}
          </a>
        </div>
        <span aria-live="polite">{state ? <StatusDot tone={state.reachable ? 'good' : 'bad'}>{state.reachable ? 'Answers' : 'Does not answer'}</StatusDot> : <StatusDot tone="neutral">Asking the site</StatusDot>}</span>
        <span className="tnum text-xs text-ink-3">
          WordPress {link.wordpress}, plugin {link.plugin}, paired {formatExact(link.paired_at)}
        </span>
        <span className="ml-auto flex gap-2">
          <Button size="sm" icon={<RefreshCw size={12} />} busy={checking} onClick={onCheck}>
            Check now
          </Button>
          {mayLink && <UnlinkButton name={link.name || link.url} />}
        </span>
      </Card>
      {problem && (
        <Notice tone="warn" title="The site had a problem">
          {problem} Publications wait and nothing is lost.
        </Notice>
      )}
    </div>
  );
}

function UnlinkButton({ name }: { name: string }) {
  const api = useApi();
  const site = useSiteId();
  const confirm = useConfirm();
  const toasts = useToasts();
  const unlink = async () => {
    if (!(await confirm({ title: `Part from ${name}?`, body: 'Posts that are published stay there. To publish again you need a new code from wp-admin.', confirm: 'Unlink the site', danger: true }))) return;
    try {
      await api.publish.unlink(site);
      toasts.success('The site is unlinked');
    } catch (error) {
      toasts.problem(error);
    }
  };
  return (
    <Button size="sm" kind="danger" icon={<Unplug size={12} />} onClick={() => void unlink()}>
      Unlink
    </Button>
  );
}
