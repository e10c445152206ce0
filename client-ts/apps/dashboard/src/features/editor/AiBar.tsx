import { Square, Sparkles } from 'lucide-react';
import { useClient } from '@igny8/react';
import type { TaskView } from '@igny8/protocol';
import { useCan, useSiteId } from '~/shared/data/workspace';
import { waitingReason } from '~/shared/format/word';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { describeProgress, isActive, type LiveTask } from '~/shared/task/liveTask';
import { Button } from '~/shared/ui/Button';
import { ProgressBar } from '~/shared/ui/ProgressBar';

/** What the AI does in this draft right now, and the way to stop it. */
export function AiBar({ tasks }: { tasks: LiveTask[] }) {
  const row = tasks.find(({ task }) => isActive(task) && task.kind !== 'publish');
  const stop = useStop();
  const mayEdit = useCan('edit');
  if (!row) return null;
  const { task, progress } = row;
  const writing = task.status === 'running' && task.kind === 'draft';
  const text = task.status === 'running' ? `${writing ? 'The AI is writing' : task.title}${writing ? wordsOf(row) : ` · ${describeProgress(row)}`}` : `The AI waits ${task.waiting_for ? waitingReason(task.waiting_for) : 'for its turn'}`;
  return (
    <div role="status" aria-label="AI at work in this draft" data-testid="ai-bar" className="flex h-11 shrink-0 items-center gap-3 border-b border-line bg-accent-soft px-6">
      <Sparkles size={14} className="shrink-0 text-accent-text" aria-hidden="true" />
      <span className="tnum truncate font-medium">{text}</span>
      <ProgressBar fraction={progress?.fraction} label="Progress of the draft" className="w-40 bg-surface" />
      <span className="hidden text-ink-3 xl:block">You can type meanwhile, also in the same paragraph.</span>
      {writing && mayEdit && (
        <Button size="sm" icon={<Square size={12} />} className="ml-auto" onClick={() => void stop(task)}>
          Stop the AI
        </Button>
      )}
    </div>
  );
}

const wordsOf = ({ progress }: LiveTask) => (progress?.words ? ` · ${progress.words} words` : '');

function useStop() {
  const client = useClient();
  const site = useSiteId();
  const confirm = useConfirm();
  const toasts = useToasts();
  return async (task: TaskView) => {
    const body = 'What it has written stays and is charged as one article; before the first words nothing is charged.';
    if (!(await confirm({ title: 'Stop the AI here?', body, confirm: 'Stop the AI', danger: true }))) return;
    try {
      await client.command({ name: 'stop_run', site, task: task.id });
      toasts.success('The AI has stopped', { detail: 'Its text stays in the draft.' });
    } catch (error) {
      toasts.problem(error);
    }
  };
}
