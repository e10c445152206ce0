import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Search } from 'lucide-react';
import { Keys } from '~/shared/ui/Keys';
import { classNames } from '~/shared/ui/classNames';

export interface Command {
  id: string;
  label: string;
  group: string;
  icon?: ReactNode;
  keys?: string[];
  /** More words by which it is found. */
  words?: string;
  run: () => void;
}

/** Letters in order, words first: `pub` finds "Publish", `wdr` finds "Write drafts". */
export function matchScore(text: string, query: string): number {
  const hay = text.toLowerCase();
  const needle = query.trim().toLowerCase();
  if (needle === '') return 1;
  const at = hay.indexOf(needle);
  if (at >= 0) return at === 0 || hay[at - 1] === ' ' ? 3 : 2;
  let position = 0;
  for (const char of needle.replaceAll(' ', '')) {
    position = hay.indexOf(char, position) + 1;
    if (position === 0) return 0;
  }
  return 1;
}

function found(commands: Command[], query: string): Command[] {
  const scored = commands.map((command) => ({ command, score: Math.max(matchScore(command.label, query), matchScore(`${command.group} ${command.words ?? ''}`, query) - 1) }));
  const hits = scored.filter((hit) => hit.score > 0);
  if (query.trim() !== '') hits.sort((a, b) => b.score - a.score);
  return hits.map((hit) => hit.command);
}

/** Everything one can do or go to, found by typing. */
export function CommandPalette({ commands, onClose }: { commands: Command[]; onClose: () => void }) {
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const hits = useMemo(() => found(commands, query), [commands, query]);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, id]);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && hits.length > 0) {
      event.preventDefault();
      setActive((active + step + hits.length) % hits.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(hits[active]);
    }
  };
  return (
    <dialog
      ref={dialog}
      aria-label="Command palette"
      onCancel={onClose}
      onMouseDown={(event) => event.target === dialog.current && onClose()}
      className="rise mx-auto mt-[14vh] mb-auto w-[560px] max-w-[calc(100vw-32px)] overflow-hidden rounded-xl border border-line bg-surface p-0 shadow-high"
    >
      <div className="flex items-center gap-2 border-b border-line px-4">
        <Search size={16} className="text-ink-3" aria-hidden="true" />
        <input
          autoFocus
          role="combobox"
          aria-label="Search for a command or a page"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={hits.length > 0 ? `${id}-${active}` : undefined}
          placeholder="Go to, or do…"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={key}
          className="h-12 flex-1 bg-transparent text-base outline-none placeholder:text-ink-3 focus-visible:outline-none"
        />
        <Keys keys={['Esc']} />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label="Commands" className="max-h-[48vh] overflow-y-auto p-1.5">
        {hits.map((command, index) => (
          <Row key={command.id} id={`${id}-${index}`} command={command} heading={command.group !== hits[index - 1]?.group} active={index === active} onHover={() => setActive(index)} onRun={() => run(command)} />
        ))}
        {hits.length === 0 && <p className="px-3 py-8 text-center text-ink-3">Nothing is called “{query}”.</p>}
      </div>
    </dialog>
  );
}

function Row({ id, command, heading, active, onHover, onRun }: { id: string; command: Command; heading: boolean; active: boolean; onHover: () => void; onRun: () => void }) {
  return (
    <>
      {heading && (
        <div role="presentation" className="px-2.5 pt-2 pb-1 text-2xs font-medium text-ink-3">
          {command.group}
        </div>
      )}
      <div
        id={id}
        role="option"
        aria-selected={active}
        onMouseMove={onHover}
        onClick={onRun}
        className={classNames('flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5', active && 'bg-hover')}
      >
        <span className="text-ink-3">{command.icon}</span>
        <span className="flex-1 truncate">{command.label}</span>
        {command.keys && <Keys keys={command.keys} />}
      </div>
    </>
  );
}
