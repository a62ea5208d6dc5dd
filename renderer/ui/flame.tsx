// The mark of Hearth.

export function Flame({ size = 24 }: { size?: number }) {
  return (
    <svg className="flame" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path d="M16 2.500c1.400 6.300 9.500 8.700 9.500 17a9.500 9.500 0 0 1-19 0c0-4 2-6.100 3.600-8.200.7 2.200 1.800 3.200 3.100 3.600C12.500 10.300 13.500 5.700 16 2.500z" />
      <path
        className="flame-core"
        d="M16.300 15.500c.6 3 3.900 4.200 3.900 7.800a4.200 4.200 0 0 1-8.400 0c0-1.900.9-2.900 1.700-3.800.3 1 .8 1.500 1.400 1.600-.2-2.100.2-4.100 1.400-5.600z"
      />
    </svg>
  );
}
