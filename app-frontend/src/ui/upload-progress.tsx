import { Button } from "./button.tsx";

type UploadProgressProps = { active: boolean; sent: number; onCancel: () => void };

/** The progress of an upload, `sent` from 0 to 1; then that the server is processing. */
export function UploadProgress({ active, sent, onCancel }: UploadProgressProps) {
  const percent = Math.floor(sent * 100);
  return (
    <div className="progress">
      {active && <progress aria-label="Upload" max="100" value={percent} />}
      {active && sent < 1 && <p className="small">Sending your picture: {percent} %</p>}
      <p role="status" className="small">
        {active && sent === 1 && "Developing your picture…"}
      </p>
      {active && (
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
      )}
    </div>
  );
}
