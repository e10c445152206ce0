/** What people read for each class of failure, as a noun, and what becomes of it. */
const FAILURE: Record<string, { label: string; remedy: string }> = {
  timeout: { label: 'No answer in time', remedy: 'It is tried again by itself.' },
  rate_limited: { label: 'Too many requests', remedy: 'The provider allows more later; it goes on by itself.' },
  quota: { label: 'Out of budget at the provider', remedy: 'Top the account up at the provider, then test the model: an answer ends the rest.' },
  unauthorized: { label: 'Key refused', remedy: 'Enter a key that works under AI models.' },
  context_length: { label: 'Too long for the model', remedy: 'Shorten the outline or the prompt, or choose a model that takes more.' },
  content_filter: { label: 'Refused by the provider’s filter', remedy: 'Change the title, the outline or the prompt.' },
  unavailable: { label: 'Provider not reachable', remedy: 'It is tried again by itself.' },
  broken_stream: { label: 'Answer broken off', remedy: 'It is tried again by itself.' },
  invalid_answer: { label: 'Answer not readable', remedy: 'Mend the answer, or try again with another model.' },
  invalid_request: { label: 'Request refused', remedy: 'The model’s name, address or settings are wrong: see AI models.' },
  conflict: { label: 'Changed on the site', remedy: 'Look at the post in WordPress before you publish again.' },
  internal: { label: 'Failure of this server', remedy: 'Try again; if it happens twice, tell the operator.' },
  waited_too_long: { label: 'Waited too long', remedy: 'It could have started and did not: see what holds the queue up.' },
};

export function failureLabel(code: string): string {
  return FAILURE[code]?.label ?? capital(code.replaceAll('_', ' '));
}

/** What to do about it; empty where nothing is known. */
export function failureRemedy(code: string): string {
  return FAILURE[code]?.remedy ?? '';
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
