import { Component, type ReactNode } from "react";
import { ErrorPanel } from "../components/states.tsx";

interface State {
  readonly error: Error | null;
}

/** A page that breaks says so in its own place; the shell stays. */
export class Boundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    // A chunk that is gone since the server was updated comes with the new page.
    return <ErrorPanel error={this.state.error} retry={() => window.location.reload()} />;
  }
}
