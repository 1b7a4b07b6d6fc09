import { useEffect, useState } from "react";

/** A preview of a picture that is not uploaded yet. */
export function Preview({ file }: { file: File }) {
  const [url, setUrl] = useState<string>();
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    setFailed(false);
    return () => URL.revokeObjectURL(made);
  }, [file]);

  if (failed) return <p className="invitation">{file.name}</p>;
  return (
    url && (
      <img
        src={url}
        alt={`Preview of ${file.name}`}
        width="400"
        height="500"
        onError={() => setFailed(true)}
      />
    )
  );
}
