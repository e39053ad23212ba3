"""Les pages Streamlit."""
