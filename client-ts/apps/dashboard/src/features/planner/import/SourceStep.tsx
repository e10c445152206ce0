import { useRef, useState, type DragEvent } from 'react';
import { FileUp } from 'lucide-react';
import type { RawBody } from '@igny8/sdk';
import { Button } from '~/shared/ui/Button';
import { classNames } from '~/shared/ui/classNames';
import { TextArea } from '~/shared/ui/Field';

interface SourceStepProps {
  busy: boolean;
  onSource: (file: RawBody, name: string) => void;
}

/** A file, dropped or chosen, or a pasted list. The bytes go to the server as they are: it knows encodings. */
export function SourceStep({ busy, onSource }: SourceStepProps) {
  const [pasted, setPasted] = useState('');
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (file: File | undefined) => file && onSource({ content: file, contentType: file.type || 'application/octet-stream' }, file.name);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <>
      <div
        onDragOver={(event) => (event.preventDefault(), setOver(true))}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={classNames('flex flex-col items-center gap-3 rounded-lg border border-dashed px-6 py-8 text-center transition-colors duration-100', over ? 'border-accent bg-accent-soft' : 'border-line-strong bg-sunken')}
      >
        <FileUp size={20} className="text-ink-3" aria-hidden="true" />
        <div>
          <p className="font-medium">Drop a CSV or TSV file here</p>
          <p className="text-ink-3">Columns of Ahrefs, Semrush and Search Console are recognised.</p>
        </div>
        <Button busy={busy} onClick={() => input.current?.click()}>
          Choose a file
        </Button>
        <input ref={input} type="file" accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain" aria-label="Keyword file" className="hidden" onChange={(event) => take(event.target.files?.[0])} />
      </div>
      <TextArea label="Or paste a list" rows={6} mono value={pasted} placeholder={'best running shoes\ntrail running shoes women\nmarathon training plan'} hint="One keyword per line, or rows copied from a sheet." onChange={(event) => setPasted(event.target.value)} />
      <div className="flex justify-end">
        <Button kind="primary" busy={busy} disabled={pasted.trim() === ''} onClick={() => onSource({ content: pasted, contentType: 'text/plain; charset=utf-8' }, 'Pasted list')}>
          Preview the list
        </Button>
      </div>
    </>
  );
}
