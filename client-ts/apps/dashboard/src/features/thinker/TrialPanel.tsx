import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { useRest } from '@igny8/react';
import type { TaskView } from '@igny8/protocol';
import { useApi, useSiteId, useSitePath, useSiteState } from '~/shared/data/workspace';
import { describeProblem } from '~/shared/format/problem';
import { isActive } from '~/shared/task/liveTask';
import { TaskStatusBadge } from '~/shared/task/TaskStatusBadge';
import { Button, ButtonLink } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { SkeletonLines } from '~/shared/ui/Skeleton';

const TEXT = 'max-h-96 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-xs leading-5 whitespace-pre-wrap text-ink-2';

/** What the model would get with the site's own data, free; and one call to see what it answers, for a credit. */
export function TrialPanel({ kind, template, problem }: { kind: string; template: string; problem: string | undefined }) {
  const api = useApi();
  const site = useSiteId();
  const [tested, setTested] = useState<TaskView>();
  const preview = useMutation({ mutationFn: () => api.thinker.previewInSite(site, kind, { template }) });
  const test = useMutation({ mutationFn: () => api.thinker.testPrompt(site, kind, { template }), onSuccess: ({ tasks }) => setTested(tasks[0]) });
  const error = test.error ?? preview.error;
  return (
    <section aria-label="Preview and test" className="flex min-w-0 flex-col gap-3">
      <div className="flex items-center gap-2">
        <Button busy={preview.isPending} disabled={problem !== undefined} onClick={() => preview.mutate()}>
          Preview
        </Button>
        <Button busy={test.isPending} disabled={problem !== undefined} onClick={() => test.mutate()}>
          Test run · 1 credit
        </Button>
        <span className="text-xs text-ink-3">A preview calls no model. A test run changes nothing but the balance.</span>
      </div>
      {error && (
        <Notice tone="bad" title={describeProblem(error).title}>
          {describeProblem(error).detail}
        </Notice>
      )}
      {tested && <TestResult task={tested} />}
      {preview.data && (
        <div aria-live="polite" className="flex flex-col gap-2">
          <h2 className="text-xs font-medium text-ink-2">Instructions of the pipeline: rules, persona and voice, in every request</h2>
          <pre tabIndex={0} className={TEXT}>{preview.data.system}</pre>
          <h2 className="text-xs font-medium text-ink-2">The prompt{preview.data.about && `, with the data of “${preview.data.about}”`}</h2>
          <pre tabIndex={0} className={TEXT}>{preview.data.text}</pre>
        </div>
      )}
    </section>
  );
}

function TestResult({ task }: { task: TaskView }) {
  const live = useSiteState().tasks.get(task.id) ?? task;
  const path = useSitePath();
  return (
    <div aria-live="polite" className="flex flex-col gap-2 rounded-md border border-line p-3">
      <div className="flex items-center justify-between gap-2">
        <TaskStatusBadge task={live} />
        <ButtonLink size="sm" kind="ghost" to={path(`tasks?task=${live.id}`)}>
          Open the task
        </ButtonLink>
      </div>
      {live.failure && live.status !== 'succeeded' && <p className="text-sm text-bad">{live.failure.message}</p>}
      {live.status === 'succeeded' ? <AnswerText task={live} /> : isActive(live) && <SkeletonLines lines={4} />}
    </div>
  );
}

function AnswerText({ task }: { task: TaskView }) {
  const site = useSiteId();
  const answer = useRest(['answer', site, task.id, task.updated_at], (rest) => rest.writer.answer(site, task.id));
  if (answer.error) return <p className="text-sm text-bad">{describeProblem(answer.error).detail}</p>;
  if (!answer.data) return <SkeletonLines lines={4} />;
  return (
    <>
      <p className="text-xs text-ink-3">{task.model} answered</p>
      <pre tabIndex={0} className={TEXT}>{answer.data.text}</pre>
    </>
  );
}
