import { useRest } from '@igny8/react';
import type { DocumentView, IdeaView } from '@igny8/protocol';
import { useSiteId, useSiteState } from '~/shared/data/workspace';

// Ideas with words of the same title: the draft's is among the first few.
const SEARCHED_MAX = 50;

/** The idea that a draft was written from, once it is known; null if there is none. */
export function useIdea(view: DocumentView): IdeaView | null {
  const site = useSiteId();
  const { ideas } = useSiteState();
  const live = view.idea === null ? undefined : ideas.get(view.idea);
  const read = useRest(['idea', site, view.idea], async (rest) => {
    if (view.idea === null) return null;
    // There is no route for one idea: it is found by the title that the draft began with.
    for (const search of [view.title, null]) {
      const { items } = await rest.planner.ideas(site, { search, limit: SEARCHED_MAX });
      const found = items.find(({ id }) => id === view.idea);
      if (found) return found;
    }
    return null;
  });
  return live ?? read.data ?? null;
}
