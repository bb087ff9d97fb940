import Head from "next/head";
import { useRouter } from "next/router";
import { useState } from "react";
import VideoGenerationProgress from "../../components/VideoGenerationProgress";

export default function ProjectPage() {
  const { id: projectId } = useRouter().query; // undefined until the page is hydrated: no id, no connection
  const [isStarting, setIsStarting] = useState(false);
  const [failure, setFailure] = useState(null);

  async function generate() {
    setIsStarting(true);
    setFailure(null);
    try {
      await startVideo(projectId, "AI trends 2026");
    } catch (error) {
      setFailure(error.message);
    } finally {
      setIsStarting(false);
    }
  }

  return (
    <main className="project">
      <Head>
        <title>{`Project ${projectId ?? ""}`}</title>
      </Head>
      <header>
        <h1>Project {projectId}</h1>
        <button type="button" onClick={generate} disabled={!projectId || isStarting}>
          Generate video
        </button>
      </header>
      {failure && <p role="alert">The video was not started: {failure}</p>}
      {/* A key: another project begins with an empty log. Shown from the start: who comes late sees a run under way. */}
      <VideoGenerationProgress key={projectId} projectId={projectId} />
    </main>
  );
}

async function startVideo(projectId, topic) {
  const url = `${process.env.NEXT_PUBLIC_API_URL}/projects/${encodeURIComponent(projectId)}/generate-video`;
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ topic }),
  });
  if (!response.ok) throw new Error(`the API answered ${response.status}`);
}
