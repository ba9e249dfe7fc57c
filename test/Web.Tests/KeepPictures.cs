using System.Collections.Concurrent;
using System.Reflection;
using Xunit;
using Xunit.v3;

[assembly: Tessera.Web.Tests.KeepPictures]

namespace Tessera.Web.Tests;

/// <summary>What each visitor of a test saw last: kept in <c>artifacts/pictures</c> when the test fails.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class KeepPicturesAttribute : BeforeAfterTestAttribute
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<byte[]>> seen = new(StringComparer.Ordinal);

    public static string Folder => Path.GetFullPath(
        Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "pictures"));

    public static void Take(byte[] picture)
    {
        if (TestContext.Current.Test is { } test) seen.GetOrAdd(test.UniqueID, _ => []).Enqueue(picture);
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (!seen.TryRemove(test.UniqueID, out var pictures)
            || TestContext.Current.TestState is { Result: not TestResult.Failed })
        {
            return;
        }
        Directory.CreateDirectory(Folder);
        var name = string.Concat($"{methodUnderTest.DeclaringType!.Name}.{methodUnderTest.Name}".Take(120));
        foreach (var (number, picture) in pictures.Index())
            File.WriteAllBytes(Path.Combine(Folder, $"{name}-{test.UniqueID[..6]}-{number + 1}.jpg"), picture);
    }
}
