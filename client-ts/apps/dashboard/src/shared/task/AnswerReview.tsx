import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { useRest } from '@igny8/react';
import type { RawAnswer, TaskView } from '@igny8/protocol';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { describeProblem } from '~/shared/format/problem';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Button } from '~/shared/ui/Button';
import { TextArea } from '~/shared/ui/Field';
import { SkeletonLines } from '~/shared/ui/Skeleton';

/** What the model answered; where it could not be read, a person mends it and the task goes on with it. */
export function AnswerReview({ task, canAct }: { task: TaskView; canAct: boolean }) {
  const site = useSiteId();
  const answer = useRest(['answer', site, task.id, task.updated_at], (rest) => rest.writer.answer(site, task.id));
  return (
    <section aria-label="The model’s answer" className="flex flex-col gap-2 border-t border-line pt-4">
      {answer.error ? <p className="text-ink-3">No answer is kept.</p> : answer.data ? <AnswerForm key={task.updated_at} task={task} answer={answer.data} canAct={canAct} /> : <SkeletonLines lines={4} />}
    </section>
  );
}

function AnswerForm({ task, answer, canAct }: { task: TaskView; answer: RawAnswer; canAct: boolean }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const [text, setText] = useState(answer.text);
  const editable = answer.wanted && canAct;
  const submit = useMutation({
    mutationFn: () => api.writer.submitAnswer(site, task.id, text),
    onSuccess: () => toasts.success('Taken', { detail: 'The task goes on with your answer.' }),
  });
  return (
    <>
      <TextArea label={answer.wanted ? 'The answer, to be mended' : 'The model’s answer'} mono rows={12} readOnly={!editable} value={text} error={submit.error ? describeProblem(submit.error).detail : undefined} hint={answer.wanted ? 'Nothing was charged. With a readable answer the task goes on and is charged once.' : undefined} onChange={(event) => setText(event.target.value)} />
      {editable && (
        <Button kind="primary" className="self-end" busy={submit.isPending} disabled={text.trim() === ''} onClick={() => submit.mutate()}>
          Submit this answer
        </Button>
      )}
    </>
  );
}
