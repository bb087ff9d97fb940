import Head from "next/head";
import { configure } from "progresskit/react";
import "../styles/globals.css";

// Where the gateway is, NEXT_PUBLIC_PROGRESSKIT_URL says. Return your visitor's token here: it is asked for before every
// connection. The example's gateway lets anyone in.
configure({ token: () => null });

export default function App({ Component, pageProps }) {
  return (
    <>
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href="/icon.svg" />
      </Head>
      <Component {...pageProps} />
    </>
  );
}
