using System.Buffers;
using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    private static readonly SearchValues<char> KeyCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz_-.");

    /// <summary>One key with one value.</summary>
    public sealed class Entry
    {
        private readonly string? _text;
        private readonly byte[]? _bytes;

        /// <summary>A text entry.</summary>
        /// <exception cref="ArgumentException">The key is not legal, or ends in "-bin".</exception>
        public Entry(string key, string value)
        {
            ArgumentNullException.ThrowIfNull(value);
            Key = NormalizeKey(key);
            if (IsBinary) throw new ArgumentException($"metadata key '{Key}' ends in -bin: give it bytes", nameof(key));
            _text = value;
        }

        /// <summary>A binary entry. The bytes are not copied.</summary>
        /// <exception cref="ArgumentException">The key is not legal, or does not end in "-bin".</exception>
        public Entry(string key, byte[] valueBytes)
        {
            ArgumentNullException.ThrowIfNull(valueBytes);
            Key = NormalizeKey(key);
            if (!IsBinary) throw new ArgumentException($"key '{Key}' with bytes does not end in -bin", nameof(key));
            _bytes = valueBytes;
        }

        /// <summary>The key, lower-case.</summary>
        public string Key { get; }

        /// <summary>The text.</summary>
        /// <exception cref="InvalidOperationException">The entry is binary.</exception>
        public string Value =>
            _text ?? throw new InvalidOperationException($"metadata '{Key}' is binary: read ValueBytes");

        /// <summary>The bytes; those of the ASCII text for a text entry.</summary>
        public byte[] ValueBytes => _bytes ?? Encoding.ASCII.GetBytes(_text!);

        /// <summary>True if the key ends in "-bin".</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <inheritdoc/>
        public override string ToString() =>
            IsBinary ? $"[Entry: key={Key}, {_bytes!.Length} bytes]" : $"[Entry: key={Key}, value={_text}]";

        internal static bool IsLegalKey(string key) =>
            key.Length > 0 && !key.AsSpan().ContainsAnyExcept(KeyCharacters);

        internal bool HasKey(string key) => Key.Equals(key, StringComparison.OrdinalIgnoreCase);

        private static string NormalizeKey(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            var lower = key.ToLowerInvariant();
            return IsLegalKey(lower)
                ? lower
                : throw new ArgumentException($"metadata key '{key}' has more than a-z 0-9 _ - .", nameof(key));
        }
    }
}
