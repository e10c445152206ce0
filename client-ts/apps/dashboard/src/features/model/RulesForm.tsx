import { useState, type FormEvent } from 'react';
import type { AiRoutes, BudgetView, RoutePolicy } from '@igny8/protocol';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Button } from '~/shared/ui/Button';
import { CheckField, SelectField, TextField } from '~/shared/ui/Field';
import { Card } from '~/shared/ui/PageHeader';
import { dollarsText, POLICY, readDollars } from './route';
import type { SaveRoutes } from './useRoutes';

const CAPS: [keyof BudgetView, string][] = [
  ['task_micros', 'Each task'],
  ['day_micros', 'A day'],
  ['month_micros', 'A month'],
];

/** By what a model is chosen, what calls may cost, and whether known answers are used again. */
export function RulesForm({ routes, save }: { routes: AiRoutes; save: SaveRoutes }) {
  const toasts = useToasts();
  const [policy, setPolicy] = useState(routes.policy);
  const [reuse, setReuse] = useState(routes.reuse_answers);
  const [caps, setCaps] = useState(() => Object.fromEntries(CAPS.map(([field]) => [field, dollarsText(routes.budget[field])])) as Record<keyof BudgetView, string>);
  const read = CAPS.map(([field]) => [field, readDollars(caps[field])] as const);
  const wrong = read.some(([, value]) => typeof value === 'object' && value !== null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const budget = Object.fromEntries(read) as unknown as BudgetView;
    save.mutate(() => ({ policy, budget, reuse_answers: reuse }), { onSuccess: () => toasts.success('Choice and caps saved'), onError: (error) => toasts.problem(error) });
  };
  return (
    <Card className="p-4">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <SelectField label="Which model is asked" value={policy} hint={POLICY[policy].hint} onChange={(event) => setPolicy(event.target.value as RoutePolicy)}>
          {(Object.keys(POLICY) as RoutePolicy[]).map((value) => (
            <option key={value} value={value}>
              {POLICY[value].label}
            </option>
          ))}
        </SelectField>
        <fieldset className="grid gap-4 sm:grid-cols-3">
          <legend className="pb-2 text-xs font-medium text-ink-2">At most, in US dollars; empty is no cap</legend>
          {CAPS.map(([field, label]) => {
            const value = readDollars(caps[field]);
            return <TextField key={field} label={label} inputMode="decimal" className="tnum" placeholder="No cap" value={caps[field]} error={typeof value === 'object' && value !== null ? value.error : undefined} onChange={(event) => setCaps({ ...caps, [field]: event.target.value })} />;
          })}
        </fieldset>
        <CheckField label="Use known answers again: the same question is asked once and costs nothing the next time" checked={reuse} onChange={setReuse} />
        <Button type="submit" kind="primary" className="self-end" busy={save.isPending} disabled={wrong}>
          Save
        </Button>
      </form>
    </Card>
  );
}
