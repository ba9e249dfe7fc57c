using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>Makes librdkafka believe that the producer failed for good, by its own function for tests.</summary>
internal static class NativeClient
{
    private const int OutOfOrderSequenceNumber = 45;

    private delegate int TestFatalError(nint client, int error, [MarshalAs(UnmanagedType.LPUTF8Str)] string reason);

    /// <summary>The client behind the handle: the same object for the same client.</summary>
    public static SafeHandle Of(Handle handle) => (SafeHandle)typeof(Handle)
        .GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(handle)!;

    public static void Fail(Handle handle)
    {
        var safe = Of(handle);
        // The package brings several builds of the library; the one that was loaded is the one that counts.
        var loaded = File.ReadLines("/proc/self/maps")
            .First(line => line.Contains("librdkafka", StringComparison.Ordinal));
        var library = NativeLibrary.Load(loaded[loaded.IndexOf('/', StringComparison.Ordinal)..]);
        var fail = Marshal.GetDelegateForFunctionPointer<TestFatalError>(
            NativeLibrary.GetExport(library, "rd_kafka_test_fatal_error"));
        // A producer may be replaced at this very moment: what it is must stay until the function has returned.
        var isHeld = false;
        try
        {
            safe.DangerousAddRef(ref isHeld);
            fail(safe.DangerousGetHandle(), OutOfOrderSequenceNumber, "A test ends this producer.");
        }
        finally
        {
            if (isHeld) safe.DangerousRelease();
        }
    }
}
