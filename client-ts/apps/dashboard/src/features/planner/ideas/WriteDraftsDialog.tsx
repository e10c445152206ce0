import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useApi, useSiteId, useSitePath } from '~/shared/data/workspace';
import { formatPlural } from '~/shared/format/number';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { PLAN, PlanFields, placementOf } from '~/shared/quote/PlanFields';
import { QuoteDialog } from '~/shared/quote/QuoteDialog';
import { StepperField } from '~/shared/ui/Field';

// The server refuses more for a draft.
const IMAGES_MAX = 3;

/** Articles for the picked ideas: images for each, what it costs, then one task per idea. */
export function WriteDraftsDialog({ ideas, onClose, onDone }: { ideas: string[]; onClose: () => void; onDone: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const path = useSitePath();
  const navigate = useNavigate();
  const toasts = useToasts();
  const [images, setImages] = useState(1);
  const [plan, setPlan] = useState(PLAN);
  const run = async () => {
    const count = formatPlural(ideas.length, 'draft');
    if (ideas.length === 1) await api.writer.generate({ site, ideas, images, placement: placementOf(plan) });
    else await api.writer.createBatch(site, { title: `Drafts for ${formatPlural(ideas.length, 'idea')}`, work: { kind: 'draft', ideas, images }, stop_percent: plan.stopPercent, placement: placementOf(plan) });
    toasts.success(`${count} queued`, { detail: 'Open one and watch it being written.' });
    onDone();
    void navigate(path('tasks'));
  };
  return (
    <QuoteDialog title={`Write ${formatPlural(ideas.length, 'draft')}`} description="One task per idea. You can open each draft and type in it while it is being written." request={{ kind: 'draft', ideas, images }} confirm="Write" onConfirm={run} onClose={onClose}>
      <StepperField label="Images for each draft" hint="Made once the text is there; the first becomes the main image." value={images} min={0} max={IMAGES_MAX} onChange={setImages} />
      <PlanFields plan={plan} many={ideas.length > 1} onChange={setPlan} />
    </QuoteDialog>
  );
}
