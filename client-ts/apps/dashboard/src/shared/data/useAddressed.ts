import { useSearchParams } from 'react-router';

/** What the address says of a page, such as its filters: a link to it shows the same. An empty value is left out. */
export function useAddressed() {
  const [params, setParams] = useSearchParams();
  const get = (name: string): string => params.get(name) ?? '';
  const set = (name: string, value: string) =>
    setParams((before) => {
      const next = new URLSearchParams(before);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  const clear = () => setParams({});
  return { get, set, clear };
}
