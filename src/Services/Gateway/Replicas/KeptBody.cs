namespace Tessera.Gateway;

/// <summary>A request's body, read as a whole before it is sent, so that it can be sent again: half of it would be gone
/// with the first attempt.</summary>
internal static class KeptBody
{
    /// <returns>Null when it is larger than that; it can be read once then, from its beginning.</returns>
    public static async Task<byte[]?> ReadAsync(HttpContext context, int sizeBytesMax)
    {
        var request = context.Request;
        if (request.ContentLength > sizeBytesMax) return null;
        var read = new byte[(request.ContentLength ?? sizeBytesMax) + 1]; // One more byte shows that there is more.
        var length = await request.Body.ReadAtLeastAsync(
            read, read.Length, throwOnEndOfStream: false, context.RequestAborted);
        if (length < read.Length) return read[..length];
        request.Body = new Begun(read, request.Body);
        return null;
    }

    /// <summary>What was read already, and after it the rest.</summary>
    private sealed class Begun(ReadOnlyMemory<byte> beginning, Stream rest) : Stream
    {
        private ReadOnlyMemory<byte> _beginning = beginning;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_beginning.IsEmpty) return rest.ReadAsync(buffer, cancellationToken);
            var count = Math.Min(buffer.Length, _beginning.Length);
            _beginning[..count].CopyTo(buffer);
            _beginning = _beginning[count..];
            return ValueTask.FromResult(count);
        }

        public override Task<int> ReadAsync(
            byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException("Requests are read asynchronously.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
