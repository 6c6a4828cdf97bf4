import { createBrowserRouter } from 'react-router';
import { RouteError } from './errors';
import { Entrance, SignedIn, SignedOut } from './gates';
import { NotFound } from './NotFound';
import { pages } from './pages';
import { Shell } from './Shell';
import { WorkspaceGate } from './WorkspaceGate';

/** A page's own code is there within a moment: nothing flickers until then. */
function Nothing() {
  return null;
}

export const router = createBrowserRouter([
  {
    errorElement: <RouteError />,
    HydrateFallback: Nothing,
    children: [
      { path: '/signin', element: <SignedOut />, children: [{ index: true, lazy: () => import('@/features/session/SignInPage') }] },
      {
        element: <SignedIn />,
        children: [
          { path: '/', element: <Entrance /> },
          {
            path: '/w/:slug',
            element: <WorkspaceGate />,
            children: [
              {
                element: <Shell />,
                children: [{ errorElement: <RouteError inside />, children: [...pages, { path: '*', element: <NotFound inside /> }] }],
              },
            ],
          },
        ],
      },
      { path: '*', element: <NotFound /> },
    ],
  },
]);
