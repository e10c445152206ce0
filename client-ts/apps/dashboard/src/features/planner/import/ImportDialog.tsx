import { useState } from 'react';
import type { ImportField, ImportPreview, ImportReport } from '@igny8/protocol';
import type { RawBody } from '@igny8/sdk';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { describeProblem } from '~/shared/format/problem';
import { formatPlural } from '~/shared/format/number';
import { Dialog } from '~/shared/overlay/Dialog';
import { Button } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { chosenMapping, initialChoice, type ColumnChoice } from './mapping';
import { ImportReportView } from './ImportReportView';
import { MappingTable } from './MappingTable';
import { SourceStep } from './SourceStep';

type Step = { name: 'source' } | { name: 'mapping'; file: RawBody; fileName: string; preview: ImportPreview } | { name: 'report'; report: ImportReport };

const TITLE = { source: 'Import keywords', mapping: 'What is in which column?', report: 'Import report' };

/** File or paste → preview with column mapping → report. Nothing is stored before the second step is confirmed. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const [step, setStep] = useState<Step>({ name: 'source' });
  const [choice, setChoice] = useState<ColumnChoice>({});
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    await work().catch(setFailure);
    setBusy(false);
  };
  const preview = (file: RawBody, fileName: string) =>
    attempt(async () => {
      const found = await api.planner.previewImport(site, file);
      setChoice(initialChoice(found));
      setStep({ name: 'mapping', file, fileName, preview: found });
    });
  const run = (file: RawBody) =>
    attempt(async () => {
      const report = await api.planner.importKeywords(site, file, chosenMapping(choice));
      setStep({ name: 'report', report });
    });
  const problem = failure ? describeProblem(failure) : null;
  const mapped = Object.values(choice).includes('keyword' satisfies ImportField);
  return (
    <Dialog
      width="lg"
      title={TITLE[step.name]}
      description={step.name === 'mapping' ? `${step.fileName}: ${formatPlural(step.preview.rows_total, 'row')}, ${step.preview.encoding}` : undefined}
      onClose={onClose}
      footer={
        step.name === 'mapping' ? (
          <>
            <Button onClick={() => setStep({ name: 'source' })}>Back</Button>
            <Button kind="primary" busy={busy} disabled={!mapped} onClick={() => void run(step.file)}>
              Import {formatPlural(step.preview.rows_total, 'row')}
            </Button>
          </>
        ) : step.name === 'report' ? (
          <Button kind="primary" autoFocus onClick={onClose}>
            Done
          </Button>
        ) : undefined
      }
    >
      <div className="flex flex-col gap-4 pb-3">
        {problem && (
          <Notice tone="bad" title={problem.title}>
            {problem.detail} Nothing was imported.
          </Notice>
        )}
        {step.name === 'source' && <SourceStep busy={busy} onSource={(file, name) => void preview(file, name)} />}
        {step.name === 'mapping' && <MappingTable preview={step.preview} choice={choice} onChange={setChoice} />}
        {step.name === 'report' && <ImportReportView report={step.report} />}
      </div>
    </Dialog>
  );
}
