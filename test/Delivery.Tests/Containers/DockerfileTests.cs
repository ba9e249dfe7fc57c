using System.Text.RegularExpressions;
using Tessera.Cli.Shipping;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>What the Dockerfiles of services in other languages say. To build one takes minutes: a driver is compiled.
/// </summary>
public sealed partial class DockerfileTests
{
    public static TheoryData<string> Folders =>
    [
        .. ListedProcess.All().Where(each => each.IsForeign)
            .Select(each => Path.Combine(SourceTree.Root, each.Folder)),
    ];

    [Theory, MemberData(nameof(Folders))]
    public void The_image_that_runs_is_nobody_s_root_needs_no_shell_and_hears_signals_itself(string folder)
    {
        var lines = Lines(folder);
        var last = lines[lines.FindLastIndex(line => line.StartsWith("FROM ", StringComparison.Ordinal))..];
        Assert.DoesNotContain(last, line => line.StartsWith("RUN ", StringComparison.Ordinal));
        Assert.Equal("USER 1654", last.FindLast(line => line.StartsWith("USER ", StringComparison.Ordinal)));
        // As a list it is the first process; as a text a shell would be, and the signal would end with that.
        Assert.StartsWith("ENTRYPOINT [\"node\", ", last[^1], StringComparison.Ordinal);
        Assert.Contains(last, line => line.StartsWith("ENV ", StringComparison.Ordinal)
            && line.Contains("Tessera__DataDirectory=/data", StringComparison.Ordinal));
        Assert.Contains("COPY --from=build --chown=1654:1654 /data/ /data/", last);
    }

    [Theory, MemberData(nameof(Folders))]
    public void Its_bases_are_of_one_version_that_is_written_down_and_can_be_changed(string folder)
    {
        var arguments = Lines(folder).TakeWhile(line => !line.StartsWith("FROM ", StringComparison.Ordinal)).ToList();
        Assert.Matches(@"^ARG NODE_VERSION=\d+\.\d+\.\d+$", arguments[0]);
        Assert.All(arguments[1..], line => Assert.Matches(@"^ARG \w+_BASE=\S+:\$\{NODE_VERSION\}-", line));
        Assert.All(
            Lines(folder).Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)),
            line => Assert.Matches(@"^FROM \$\{\w+_BASE\}( AS build)?$", line));
    }

    /// <summary>What is copied is there, and is no more than what is let through.</summary>
    [Theory, MemberData(nameof(Folders))]
    public void What_it_is_made_of_is_let_through_and_nothing_else(string folder)
    {
        var copied = Lines(folder).Where(line => Copy().IsMatch(line))
            .SelectMany(line => line.Split(' ')[1..^1]).Order(StringComparer.Ordinal).ToList();
        Assert.All(copied, name => Assert.True(Path.Exists(Path.Combine(folder, name)), name));
        var through = File.ReadAllLines(Path.Combine(folder, ".dockerignore"))
            .Where(line => !line.StartsWith('#')).ToList();
        Assert.Equal("*", through[0]);
        Assert.Equal(copied.Select(name => "!" + name), through[1..].Order(StringComparer.Ordinal));
    }

    private static List<string> Lines(string folder) => [.. File.ReadAllLines(Path.Combine(folder, "Dockerfile"))
        .Where(line => line.Length > 0 && !line.StartsWith('#'))];

    [GeneratedRegex("^COPY (?!--from)")]
    private static partial Regex Copy();
}
