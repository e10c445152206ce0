import type { Overview } from '@igny8/protocol';
import { formatPlural } from '~/shared/format/number';
import { countOf } from './PipelineChart';

export interface NextStep {
  title: string;
  text: string;
  action: string;
  page: string;
}

/** What moves the work on most: the end of the pipeline first, the beginning when it is empty. */
export function nextStep({ keywords, clusters, ideas_new, documents }: Overview): NextStep {
  const approved = countOf(documents, 'approved');
  const review = countOf(documents, 'in_review');
  const drafts = countOf(documents, 'draft');
  if (approved > 0) return { title: `Publish ${formatPlural(approved, 'approved draft')}`, text: 'They are ready to go out.', action: 'Open', page: 'drafts?status=approved' };
  if (review > 0) return { title: `Review ${formatPlural(review, 'draft')}`, text: 'Read, edit and approve.', action: 'Review', page: 'drafts?status=in_review' };
  if (drafts > 0) return { title: `Finish ${formatPlural(drafts, 'draft')}`, text: 'Edit them together, then send them to review.', action: 'Open the drafts', page: 'drafts?status=draft' };
  if (ideas_new > 0) return { title: `Pick from ${formatPlural(ideas_new, 'idea')}`, text: 'Each picked idea becomes a draft that you can watch being written.', action: 'Pick ideas', page: 'ideas?status=new' };
  if (clusters > 0) return { title: 'Make ideas', text: `${formatPlural(clusters, 'cluster')} can become article ideas.`, action: 'Choose clusters', page: 'clusters' };
  if (keywords.total > 0) return { title: 'Cluster the keywords', text: `${formatPlural(keywords.total, 'keyword')} wait to be put together by meaning.`, action: 'Cluster', page: 'keywords?do=cluster' };
  return { title: 'Import keywords', text: 'A file from your keyword tool, or a pasted list. Everything begins here.', action: 'Import keywords', page: 'keywords?do=import' };
}
