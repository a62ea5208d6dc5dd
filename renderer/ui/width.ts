// How many panes fit: three from 1100 px, two from 700, else one.

import { useSyncExternalStore } from 'react';

const THREE = window.matchMedia('(min-width: 1100px)');
const TWO = window.matchMedia('(min-width: 700px)');

export function usePanes(): 1 | 2 | 3 {
  return useSyncExternalStore(subscribe, () => (THREE.matches ? 3 : TWO.matches ? 2 : 1));
}

function subscribe(onChange: () => void): () => void {
  THREE.addEventListener('change', onChange);
  TWO.addEventListener('change', onChange);
  return () => {
    THREE.removeEventListener('change', onChange);
    TWO.removeEventListener('change', onChange);
  };
}
