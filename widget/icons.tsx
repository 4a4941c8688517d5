/** The panel's icons, drawn on 24 × 24 with the text's colour. */
function icon(path: string, className = "") {
  return () => (
    <svg viewBox="0 0 24 24" aria-hidden="true" class={className}>
      <path d={path} />
    </svg>
  )
}

export const BackIcon = icon("M15 5l-7 7 7 7", "turns")
export const CloseIcon = icon("M6 6l12 12M18 6 6 18")
export const SendIcon = icon("M5 12h13M13 6l6 6-6 6", "turns")
export const SmileIcon = icon(
  "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 1 0 0-17M8.500 14.500c.8 1.200 2 1.900 3.500 1.900s2.700-.7 3.500-1.900M9 9.500v.01M15 9.500v.01",
)
export const ClipIcon = icon(
  "m19.500 11.500-7.800 7.800a4.600 4.600 0 0 1-6.500-6.500l8-8a3.100 3.100 0 0 1 4.400 4.400l-8 8a1.600 1.600 0 0 1-2.200-2.200l7.300-7.300",
)
export const MicIcon = icon(
  "M12 3.500a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3",
)
export const PlayIcon = icon("M8 5v14l11-7z", "full")
export const PauseIcon = icon("M8.500 5v14M15.500 5v14")
export const StopIcon = icon("M7 7h10v10H7z", "full")
export const TrashIcon = icon("M5 7h14M9.500 7V4.500h5V7M7 7l.800 12.500h8.400L17 7")
export const DownIcon = icon("M12 5v13M6 12l6 6 6-6")
