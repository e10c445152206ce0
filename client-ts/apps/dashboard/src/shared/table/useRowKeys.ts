import { useRef, useState, type KeyboardEvent, type MouseEvent, type RefObject } from 'react';
import { toggled, type Selection } from './column';

interface RowKeysOptions {
  keys: string[];
  selection: Selection | undefined;
  scroller: RefObject<HTMLElement | null>;
  scrollTo: (index: number) => void;
  onOpen: ((index: number) => void) | undefined;
}

const STEP: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 10, PageUp: -10 };

/** Keys of a table: arrows or j/k move, Enter opens, Space or x selects, Shift extends, Escape clears. */
export function useRowKeys({ keys, selection, scroller, scrollTo, onOpen }: RowKeysOptions) {
  const [active, setActive] = useState(0);
  const anchor = useRef<number | null>(null);

  const toggle = (index: number, extend: boolean) => {
    selection?.onChange(toggled(selection.selected, keys, index, extend ? (anchor.current ?? active) : null));
    anchor.current = index;
  };
  const moveTo = (index: number) => {
    const target = Math.min(keys.length - 1, Math.max(0, index));
    setActive(target);
    scrollTo(target);
    // The row may only be drawn after the scroll.
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${target}"]`)?.focus());
    return target;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.target as HTMLElement).closest('input, select, textarea, a, button') && event.key !== 'Escape') return;
    const step = STEP[event.key];
    if (step !== undefined && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      const target = moveTo(active + step);
      if (event.shiftKey && selection) toggle(target, true);
    } else if (event.key === 'Home' || event.key === 'End') {
      event.preventDefault();
      moveTo(event.key === 'Home' ? 0 : keys.length - 1);
    } else if (event.key === 'Enter') {
      onOpen?.(active);
    } else if ((event.key === ' ' || event.key === 'x') && selection) {
      event.preventDefault();
      toggle(active, event.shiftKey);
    } else if (event.key === 'a' && (event.metaKey || event.ctrlKey) && selection) {
      event.preventDefault();
      selection.onChange(new Set(keys));
    } else if (event.key === 'Escape' && selection && selection.selected.size > 0) {
      selection.onChange(new Set());
    }
  };
  const onClick = (event: MouseEvent, index: number) => {
    if ((event.target as HTMLElement).closest('input, select, a, button')) return;
    setActive(index);
    if (onOpen) onOpen(index);
    else if (selection) toggle(index, event.shiftKey);
  };
  return { active: Math.min(active, Math.max(0, keys.length - 1)), setActive, toggle, onKeyDown, onClick };
}
