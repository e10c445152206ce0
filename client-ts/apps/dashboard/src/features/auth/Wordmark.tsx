export function Wordmark() {
  return (
    <span className="flex items-center gap-2 text-lg font-semibold tracking-tight">
      <img src="/icon.svg" alt="" width={24} height={24} />
      IGNY8
    </span>
  );
}
