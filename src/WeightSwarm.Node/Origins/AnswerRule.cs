using System.Net;
using System.Net.Http.Headers;

namespace WeightSwarm.Node.Origins;

/// <summary>
/// Whether an answer is the range that was asked for. Whatever is not exactly that is refused before its first byte is
/// passed on.
/// </summary>
internal static class AnswerRule
{
    // A server without ranges sends the file from its start: more than this is not skipped for the sake of one range.
    private const long MostSkippedBytes = 256L << 20;

    /// <summary>Null when the body is the range, or the whole file; else what is wrong.</summary>
    /// <param name="response">The answer, without its body.</param>
    /// <param name="range">What was asked for.</param>
    /// <param name="path">The file's path.</param>
    /// <param name="fileBytes">Its length.</param>
    /// <param name="now">For dates in headers.</param>
    public static OriginTrouble? Judge(
        HttpResponseMessage response, ByteRange range, string path, long fileBytes, DateTimeOffset now)
    {
        var headers = response.Content.Headers;
        return response.StatusCode switch
        {
            HttpStatusCode.PartialContent => JudgeBody(headers, path) ?? JudgePart(headers, range, fileBytes),
            HttpStatusCode.OK => JudgeBody(headers, path) ?? JudgeWhole(headers, range, fileBytes),
            _ => OfStatus(response, now),
        };
    }

    /// <summary>Bytes to leave out before the range begins.</summary>
    public static long Skip(HttpResponseMessage response, ByteRange range) =>
        response.StatusCode == HttpStatusCode.OK ? range.First : 0;

    private static OriginTrouble OfStatus(HttpResponseMessage response, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        var asked = RetryAfter.Ms(response.Headers, now);
        return status switch
        {
            429 => new OriginTrouble(OriginFault.Busy, "it answers 429: too many requests", asked),
            408 or >= 500 => new OriginTrouble(OriginFault.Failing, $"it answers {status}", asked),
            401 or 403 or 451 => new OriginTrouble(OriginFault.Refused, $"it answers {status}: access is refused"),
            404 or 410 => new OriginTrouble(OriginFault.Gone, $"it answers {status}: the file is not there any more"),
            416 => NotTheFile("it has a shorter file than the model's"),
            _ => NotTheFile($"it answers {status}"),
        };
    }

    private static OriginTrouble? JudgeBody(HttpContentHeaders headers, string path)
    {
        if (headers.ContentEncoding.FirstOrDefault(e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase))
            is { } encoding) return NotTheFile($"it encodes the file ({encoding}), although it was asked not to");
        var isPage = headers.ContentType?.MediaType is { } type
            && type.Equals("text/html", StringComparison.OrdinalIgnoreCase);
        var mayBePage = Path.GetExtension(path).ToUpperInvariant() is ".HTML" or ".HTM";
        return isPage && !mayBePage ? NotTheFile("it gives a web page instead of the file") : null;
    }

    private static OriginTrouble? JudgePart(HttpContentHeaders headers, ByteRange range, long fileBytes)
    {
        if (headers.ContentRange is not { Unit: "bytes", From: { } from, To: { } to } given)
            return NotTheFile("it gives a part of the file and does not say which");
        if (from != range.First || to != range.Last)
            return NotTheFile($"it gives bytes {from}-{to} where {range.First}-{range.Last} were asked for");
        if (given.Length is { } length && length != fileBytes)
            return NotTheFile($"its file has {length} bytes, the model's {fileBytes}");
        return headers.ContentLength is { } body && body != range.Length
            ? NotTheFile($"it gives {body} bytes for a range of {range.Length}")
            : null;
    }

    private static OriginTrouble? JudgeWhole(HttpContentHeaders headers, ByteRange range, long fileBytes)
    {
        if (headers.ContentLength is { } length && length != fileBytes)
            return NotTheFile($"its file has {length} bytes, the model's {fileBytes}");
        return range.First > MostSkippedBytes
            ? NotTheFile("it gives only whole files, and the range begins too far into this one")
            : null;
    }

    private static OriginTrouble NotTheFile(string detail) => new(OriginFault.NotTheFile, detail);
}
