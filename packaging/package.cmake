# The Debian package: `ninja toono && cpack -G DEB` in the build directory. It depends on what the program is linked with.
install(TARGETS toono RUNTIME DESTINATION bin)
install(FILES packaging/toono.service DESTINATION lib/systemd/system)
install(FILES packaging/toono.toml.example DESTINATION share/doc/toono/examples)
# As in the repository, so that what one document says of another holds.
install(FILES README.md DESTINATION share/doc/toono)
install(DIRECTORY docs DESTINATION share/doc/toono FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ
        PATTERN __pycache__ EXCLUDE PATTERN target EXCLUDE)
install(FILES ${TOONO_SCHEMA_FILES} DESTINATION share/doc/toono/schemas)
install(FILES LICENSE DESTINATION share/doc/toono RENAME copyright)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS packaging/toono.1)
file(ARCHIVE_CREATE OUTPUT ${CMAKE_BINARY_DIR}/toono.1.gz PATHS ${CMAKE_SOURCE_DIR}/packaging/toono.1 FORMAT raw
     COMPRESSION GZip)
install(FILES ${CMAKE_BINARY_DIR}/toono.1.gz DESTINATION share/man/man1)
# The program alone: not every test and bench beside it.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_NAME toono)
set(CPACK_PACKAGE_VENDOR "Toono")
set(CPACK_PACKAGE_CONTACT "Toono <toono@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "event-sourced case management engine on Kafka")
set(CPACK_PACKAGE_DESCRIPTION "Commands in, immutable decisions in a chained journal (Apache Kafka or files), RocksDB rows out.")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "passwd")
# The authorities that brokers with TLS are signed by.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${CMAKE_SOURCE_DIR}/packaging/postinst;${CMAKE_SOURCE_DIR}/packaging/prerm;${CMAKE_SOURCE_DIR}/packaging/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
